using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Dormouse.Memory;

/// <summary>
/// Gives memory that the runtime keeps for the next busy time back to the host, once the platform has little to do: sleeping databases
/// want it more. While there is work, memory that comes and goes stays with the process, since touching it for the first time costs more
/// than what is done with it: <c>docs/adr/0013-memory-at-rest.md</c>.
/// </summary>
internal sealed partial class SpareMemory(IRuntimeMemory memory, TimeProvider timeProvider, ILogger<SpareMemory> logger) : BackgroundService
{
    private readonly QuietSpell spell = new(memory.AllocatedBytes);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(QuietSpell.Length, timeProvider);
        try
        {
            while (await timer.WaitForNextTickAsync(stoppingToken))
            {
                if (spell.HasSpare(memory.AllocatedBytes))
                {
                    GiveBack();
                }
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The platform ends.
        }
    }

    private void GiveBack()
    {
        long before = memory.CommittedBytes;
        long started = timeProvider.GetTimestamp();
        memory.GiveBack();
        TimeSpan took = timeProvider.GetElapsedTime(started);
        Log.GivenBack(logger, (before - memory.CommittedBytes) >> 20, (long)took.TotalMilliseconds);
    }

    private static partial class Log
    {
        [LoggerMessage(1009, LogLevel.Debug, "{Megabytes} MiB that a busy time had needed went back to the host, in {Milliseconds} ms.")]
        public static partial void GivenBack(ILogger logger, long megabytes, long milliseconds);
    }
}
