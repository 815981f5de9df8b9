"""Real-time affect from EEG headsets and wristbands."""
