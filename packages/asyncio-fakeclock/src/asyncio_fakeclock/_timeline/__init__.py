"""The record of what ran when, and its picture. It knows of no clock."""
