namespace Dormouse.Postgres;

public sealed class ServerConnection : IAsyncDisposable
{
    private ServerConnection() { }

    public TransactionStatus Transaction => throw new NotSupportedException();
    public bool IsBroken => throw new NotSupportedException();
    public bool SessionChanged => throw new NotSupportedException();
    public int ServerProcessId => throw new NotSupportedException();

    public static ValueTask<ServerConnection> OpenAsync(
        ServerLogin login,
        ServerConnectionOptions options,
        CancellationToken cancellationToken
    ) => throw new NotSupportedException();

    public ValueTask<CommandCompletion> ExecuteAsync(
        string sql,
        ReadOnlyMemory<WireParameter> parameters,
        IRowReceiver receiver,
        CancellationToken cancellationToken
    ) => throw new NotSupportedException();

    public ValueTask<CommandCompletion> ExecuteSimpleAsync(string sql, CancellationToken cancellationToken) =>
        throw new NotSupportedException();

    public ValueTask<CommandCompletion> ExecuteSimpleAsync(string sql, IRowReceiver receiver, CancellationToken cancellationToken) =>
        throw new NotSupportedException();

    public void MarkSessionChanged() => throw new NotSupportedException();

    public ValueTask ResetSessionAsync(CancellationToken cancellationToken) => throw new NotSupportedException();

    public ValueTask DisposeAsync() => throw new NotSupportedException();
}
