"""A small app that cares for the ends of jobs: each leaves one entry behind."""
