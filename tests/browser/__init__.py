"""The console in a real Chromium: what people see, on a phone and at a desk."""
