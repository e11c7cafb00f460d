namespace Dormouse.Postgres;

/// <summary>How a command ended.</summary>
/// <param name="Command">The command's name from the server's tag (<c>SELECT</c>, <c>INSERT</c>, <c>CREATE TABLE</c>); empty for an empty query.</param>
/// <param name="RowsAffected">Rows returned or changed; 0 for commands that do neither. For a script, of its last statement.</param>
public readonly record struct CommandCompletion(string Command, long RowsAffected);
