"""The local commands, as a stranger uses them: from any folder, on ports of their own, ended in any way."""
