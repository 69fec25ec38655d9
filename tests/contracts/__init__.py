"""What travels between services keeps its form: golden messages, schemas, the AsyncAPI document."""
