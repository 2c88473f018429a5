"""Problems, and what certifies a point of one."""
