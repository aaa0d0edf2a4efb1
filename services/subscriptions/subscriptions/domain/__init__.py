"""Pure decisions on prices, orders and terms: no database, no wire, no clock."""
