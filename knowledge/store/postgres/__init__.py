"""A store in PostgreSQL, shared by several servers; each keeps a copy, from which it reads."""
