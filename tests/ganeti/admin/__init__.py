"""Tests of the administration of clusters."""
