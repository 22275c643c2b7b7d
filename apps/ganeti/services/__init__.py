"""Changes to instances: each checks access, records an audit entry, submits a job."""
