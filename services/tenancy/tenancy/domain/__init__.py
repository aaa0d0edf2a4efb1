"""Pure decisions on contracts: no database, no wire, no clock."""
