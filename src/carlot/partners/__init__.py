"""One folder for each partner: `client` calls it, `mapping` translates, the working modules fetch, decide and store."""
