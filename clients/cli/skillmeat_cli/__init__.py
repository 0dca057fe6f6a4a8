"""Reads the AI-agent artifacts of project folders, and reports them to a SkillMeat service."""

__version__ = "1.0.0"
