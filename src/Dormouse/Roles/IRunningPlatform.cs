using Dormouse.Commands;

namespace Dormouse.Roles;

/// <summary>A process of the platform that is ready: all roles, or an edge alone. Disposing it ends what is still running.</summary>
internal interface IRunningPlatform : IAsyncDisposable
{
    UpReport Report { get; }

    /// <summary>What a person is told at its end.</summary>
    string EndText { get; }

    /// <summary>Runs until <paramref name="stop"/> or <c>down</c>.</summary>
    Task RunAsync(CancellationToken stop);

    /// <summary>Starts what <c>up</c> was told. The data folder must be locked by the caller.</summary>
    public static async Task<IRunningPlatform> StartAsync(
        UpOptions options,
        Action<string> log,
        Terminal terminal,
        CancellationToken cancellationToken
    ) =>
        options.Origin is { } origin
            ? await EdgePlatform.StartAsync(options, origin, log, cancellationToken)
            : await Platform.StartAsync(options, log, terminal, cancellationToken);
}
