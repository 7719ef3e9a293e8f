"""The books: QuickBooks Online."""
