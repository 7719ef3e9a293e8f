"""The trade itself: vehicles, sales, money, deadlines. Pure: no database, no partner, no clock of its own."""
