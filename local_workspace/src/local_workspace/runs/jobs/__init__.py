"""Jobs as clients have defined them. The door is `jobs.Jobs`; `runs.Runs` runs them."""
