"""What an application shows a network management system: managed objects and their MIB file. No sockets."""
