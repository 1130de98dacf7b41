module github.com/winsock-async/winsock-async/examples/guests-go

go 1.25
