"""The platform as the program sees it, and Cloudflare behind it. Only this folder touches JavaScript."""
