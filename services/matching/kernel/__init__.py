"""The pure core of matching: text to concepts, records to ranked lists with reasons; no database, broker or HTTP."""
