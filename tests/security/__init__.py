"""What an attacker would try, and what must never get out."""
