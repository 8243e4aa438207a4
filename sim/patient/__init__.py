"""Patients: a CT volume in HU with its landmarks, real or virtual."""
