"""Pure judgements: one function per rule, no I/O."""
