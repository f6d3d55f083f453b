"""From what an office sends to reviewed raw tables: reports as text, workbooks."""
