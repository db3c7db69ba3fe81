"""Everything that is somebody's own, as a ZIP of JSON files: asked for with the password, made while it is sent."""
