"""How any sync task is queued, run and settled. It knows no partner."""
