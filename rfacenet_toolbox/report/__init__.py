"""Run folders -> figures, tables and one page that shows them."""
