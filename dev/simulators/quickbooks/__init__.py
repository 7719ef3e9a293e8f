"""Simulated QuickBooks Online: Intuit's OAuth service and the Accounting API."""

from simulators.quickbooks.partner import QuickBooks

__all__ = ["QuickBooks"]
