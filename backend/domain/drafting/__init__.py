"""How a complaint is collected: what a message changes in the draft, and what is asked next. Pure rules, no storage."""
