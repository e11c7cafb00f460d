using Dormouse.Commands;
using Dormouse.Contracts;
using Dormouse.Data;
using Dormouse.Instances;
using Dormouse.Instances.Lifecycle;
using Dormouse.Logging;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Dormouse.Roles;

/// <summary>Stops what a platform that crashed or was ended by a signal left running: adopts it as the next platform would, and stops it.</summary>
internal static class LeftoverInstances
{
    /// <summary>The data folder must be locked by the caller.</summary>
    /// <returns>How many instances had processes.</returns>
    public static async Task<int> StopAsync(DataFolder folder, Terminal terminal, CancellationToken cancellationToken)
    {
        if (!Directory.Exists(folder.Instances))
        {
            return 0;
        }
        var services = new ServiceCollection();
        services.AddLogging(logging =>
        {
            logging.SetMinimumLevel(LogLevel.Warning);
            logging.AddProvider(new LineLoggerProvider(terminal.Error.WriteLine, TimeProvider.System));
        });
        services.AddSingleton(folder.SecretBox());
        services.AddDormouseInstances(new InstancesOptions { DataPath = folder.Path });
        await using ServiceProvider provider = services.BuildServiceProvider();
        InstanceLifecycle lifecycle = provider.GetRequiredService<InstanceLifecycle>();
        await lifecycle.StartAsync(cancellationToken);
        int alive = lifecycle.List().Count(instance => instance.State != InstanceState.Stopped);
        await lifecycle.StopAllAsync(cancellationToken);
        int left = lifecycle.List().Count(instance => instance.State != InstanceState.Stopped);
        return left == 0
            ? alive
            : throw new DormouseException(
                FailureKind.Compute,
                "DM1015",
                $"{left} instances of '{folder.Path}' did not stop; the lines above tell why. Try './dormouse down' again."
            );
    }
}
