"""The database: tables, repositories, transactions. ARCHITECTURE.md, "What is kept where"."""
