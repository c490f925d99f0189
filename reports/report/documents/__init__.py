"""What a report says of one model as a JSON document, and as an entry of an index."""
