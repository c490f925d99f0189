"""The page of each cause: made from the rules, printed by `explain`, kept in the documentation."""
