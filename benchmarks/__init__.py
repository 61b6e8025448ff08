"""What is measured against what, reproducibly: each module measures one thing beside a reference in the same run."""
