"""The operators' console: pages of HTML with little script, behind a login of their own."""
