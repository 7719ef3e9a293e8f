"""What every endpoint shares: who may call, reading requests, building responses."""
