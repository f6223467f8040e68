//! What the store must do on every database that it stands on.
