"""The public API's manners: envelope, parameters, paging, errors, routes. The only place that knows its quirks."""
