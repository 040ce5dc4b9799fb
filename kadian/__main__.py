from kadian.command.main import main

main()
