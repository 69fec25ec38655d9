"""Credit hours (学时): rule packs, the append-only ledger, balances, and why each hour is there."""
