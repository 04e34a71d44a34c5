"""How notifications asks its neighbours and hands messages to providers. No transaction is open here."""
