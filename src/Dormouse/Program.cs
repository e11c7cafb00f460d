using Dormouse.Commands;

// Everything that a person can type is in Commands/, one class each; `up` puts the roles together in Roles/.
return await CommandLine.RunAsync(args, Terminal.OfProcess());
