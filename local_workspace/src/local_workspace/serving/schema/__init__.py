"""What an endpoint takes and answers, as its models' signatures say it."""
