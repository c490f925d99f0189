"""Divides one run into jobs of a CI service, by releases or by models, whichever is cheaper."""
