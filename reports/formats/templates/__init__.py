"""The templates of pages and pictures, and what fills them."""
