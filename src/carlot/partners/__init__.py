"""One folder a partner: `client` calls it, `mapping` translates, `sync` fetches, decides and stores."""
