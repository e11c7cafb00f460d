using Dormouse.Memory;
using Dormouse.Testing;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace Dormouse.Tests.Memory;

public sealed class SpareMemoryTests
{
    [Fact]
    public async Task The_runtime_gives_back_what_a_busy_time_left_over()
    {
        RuntimeMemory memory = new();
        UseAndDrop(megabytes: 200);
        GC.Collect();
        long before = memory.CommittedBytes;

        ManualTimeProvider time = new(DateTimeOffset.UnixEpoch);
        Counted counted = new(memory);
        using SpareMemory service = new(counted, time, NullLogger<SpareMemory>.Instance);
        await service.StartAsync(CancellationToken.None);
        UseAndDrop(megabytes: 100);
        await Eventually.TrueAsync(() =>
        {
            time.Advance(QuietSpell.Length);
            return counted.Given > 0;
        });
        await service.StopAsync(CancellationToken.None);

        Assert.True(memory.CommittedBytes < before - (100L << 20), $"{before} before, {memory.CommittedBytes} now");
    }

    private static void UseAndDrop(int megabytes)
    {
        List<byte[]> used = [];
        for (int i = 0; i < megabytes * 32; i++)
        {
            used.Add(new byte[32 * 1024]);
        }
        GC.KeepAlive(used);
    }

    private sealed class Counted(IRuntimeMemory inner) : IRuntimeMemory
    {
        private int given;

        public int Given => Volatile.Read(ref given);

        public long AllocatedBytes => inner.AllocatedBytes;

        public long CommittedBytes => inner.CommittedBytes;

        public void GiveBack()
        {
            inner.GiveBack();
            Interlocked.Increment(ref given);
        }
    }
}
