"""The platform as the unit tests have it: real SQL, and Cloudflare's limits enforced."""
