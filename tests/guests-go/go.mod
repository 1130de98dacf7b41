module github.com/winsock-async/winsock-async/tests/guests-go

go 1.25

require github.com/winsock-async/winsock-async/examples/guests-go v0.0.0

replace github.com/winsock-async/winsock-async/examples/guests-go => ../../examples/guests-go
