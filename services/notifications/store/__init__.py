"""What notifications remembers: meetings, the ledger of notices, the rules and the words. Never commits."""
