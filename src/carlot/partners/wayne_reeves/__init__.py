"""The dealer management system. It publishes no API: everything that is ASSUMED about it stands in this folder."""
