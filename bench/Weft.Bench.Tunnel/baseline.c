// baseline.c: how fast a tunnel between two hosts could be if the protocol cost nothing.
// It makes the system calls that a WireGuard device has to make, with the kernel's help on both sides (virtio header on the
// TUN, UDP_SEGMENT, UDP_GRO), and moves packets in pieces of one MTU with WireGuard's 32 bytes of overhead each. It has no
// handshake, peers, windows or checksums; its key is known to all. Given "aead", each piece is sealed and opened by
// libcrypto's ChaCha20-Poly1305. For measuring only.
//   cc -O2 -o baseline baseline.c -lcrypto -lpthread
//   baseline INTERFACE LOCAL-ADDRESS PEER-ADDRESS [aead]
#include <arpa/inet.h>
#include <err.h>
#include <fcntl.h>
#include <linux/if.h>
#include <linux/if_tun.h>
#include <netinet/in.h>
#include <netinet/udp.h>
#include <openssl/evp.h>
#include <pthread.h>
#include <stdint.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#ifndef UDP_SEGMENT
#define UDP_SEGMENT 103
#endif
#ifndef UDP_GRO
#define UDP_GRO 104
#endif

enum {
  mtu = 1420,
  tag_size = 16,
  longest_packet = 1 << 17, // what the kernel hands over at once, header included, with room to spare
  longest_message = 65507,
};

// Before every piece. A packet is its first piece, which tells the whole length, and as many more as that takes.
struct head {
  uint64_t number;
  uint32_t packet_length; // 0 in all but the first piece
  uint32_t piece_length;
};

enum { piece_size = sizeof(struct head) + mtu + tag_size };

static int tun, sock, with_aead;
static struct sockaddr_in peer = {.sin_family = AF_INET};

static EVP_CIPHER_CTX *cipher(int sealing) {
  static const unsigned char key[32] = "known to all, it hides nothing.";
  EVP_CIPHER_CTX *context = EVP_CIPHER_CTX_new();
  if (EVP_CipherInit_ex(context, EVP_chacha20_poly1305(), NULL, key, NULL, sealing) != 1)
    errx(1, "libcrypto has no ChaCha20-Poly1305");
  return context;
}

static void nonce(EVP_CIPHER_CTX *context, uint64_t number) {
  unsigned char bytes[12] = {0};
  memcpy(bytes + 4, &number, sizeof number);
  EVP_CipherInit_ex(context, NULL, NULL, NULL, bytes, -1);
}

static void seal(EVP_CIPHER_CTX *context, uint64_t number, const unsigned char *from, int length, unsigned char *to) {
  if (!with_aead) {
    memcpy(to, from, length);
    return;
  }
  int done;
  nonce(context, number);
  EVP_EncryptUpdate(context, to, &done, from, length);
  EVP_EncryptFinal_ex(context, to + length, &done);
  EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_GET_TAG, tag_size, to + length);
}

static int unseal(EVP_CIPHER_CTX *context, uint64_t number, unsigned char *from, int length, unsigned char *to) {
  if (!with_aead) {
    memcpy(to, from, length);
    return 1;
  }
  int done;
  nonce(context, number);
  EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_SET_TAG, tag_size, from + length);
  EVP_DecryptUpdate(context, to, &done, from, length);
  return EVP_DecryptFinal_ex(context, to + length, &done) == 1;
}

static void send_pieces(unsigned char *wire, size_t length) {
  struct iovec vector = {wire, length};
  union {
    struct cmsghdr head;
    char room[CMSG_SPACE(sizeof(uint16_t))];
  } control;
  struct msghdr message = {.msg_name = &peer, .msg_namelen = sizeof peer, .msg_iov = &vector, .msg_iovlen = 1};
  if (length > piece_size) {
    message.msg_control = &control;
    message.msg_controllen = sizeof control;
    control.head = (struct cmsghdr){CMSG_LEN(sizeof(uint16_t)), IPPROTO_UDP, UDP_SEGMENT};
    *(uint16_t *)CMSG_DATA(&control.head) = piece_size;
  }
  // Datagrams may be lost; the packet's own ends will see to that.
  (void)!sendmsg(sock, &message, 0);
}

static void *tun_to_wire(void *unused) {
  static unsigned char packet[longest_packet], wire[longest_message];
  EVP_CIPHER_CTX *context = cipher(1);
  uint64_t number = 0;
  for (;;) {
    ssize_t length = read(tun, packet, sizeof packet);
    if (length < 0)
      err(1, "read from the TUN");
    size_t used = 0;
    for (ssize_t at = 0; at < length; at += mtu) {
      int here = length - at < mtu ? length - at : mtu;
      if (used + piece_size > sizeof wire) {
        send_pieces(wire, used);
        used = 0;
      }
      struct head head = {number++, at == 0 ? length : 0, here};
      memcpy(wire + used, &head, sizeof head);
      seal(context, head.number, packet + at, here, wire + used + sizeof head);
      used += sizeof head + here + tag_size;
    }
    if (used > 0)
      send_pieces(wire, used);
  }
  return unused;
}

static int segment_size(struct msghdr *message, int otherwise) {
  for (struct cmsghdr *at = CMSG_FIRSTHDR(message); at; at = CMSG_NXTHDR(message, at))
    if (at->cmsg_level == IPPROTO_UDP && at->cmsg_type == UDP_GRO)
      return *(int *)CMSG_DATA(at);
  return otherwise;
}

static void *wire_to_tun(void *unused) {
  static unsigned char packet[longest_packet], wire[1 << 16];
  EVP_CIPHER_CTX *context = cipher(0);
  size_t gathered = 0, wanted = 0;
  for (;;) {
    struct iovec vector = {wire, sizeof wire};
    char control[256];
    struct msghdr message = {
        .msg_iov = &vector, .msg_iovlen = 1, .msg_control = control, .msg_controllen = sizeof control};
    ssize_t length = recvmsg(sock, &message, 0);
    if (length <= 0)
      continue;
    int step = segment_size(&message, length);
    for (ssize_t at = 0; at + (ssize_t)sizeof(struct head) < length; at += step) {
      struct head head;
      memcpy(&head, wire + at, sizeof head);
      if (head.packet_length) {
        gathered = 0;
        wanted = head.packet_length;
      }
      if (head.piece_length > mtu || gathered + head.piece_length > wanted || wanted + tag_size > sizeof packet ||
          !unseal(context, head.number, wire + at + sizeof head, head.piece_length, packet + gathered)) {
        wanted = 0; // a piece was lost: so is the packet
        continue;
      }
      gathered += head.piece_length;
      if (gathered == wanted) {
        (void)!write(tun, packet, gathered);
        wanted = 0;
      }
    }
  }
  return unused;
}

int main(int count, char **words) {
  if (count < 4)
    errx(2, "usage: baseline INTERFACE LOCAL-ADDRESS PEER-ADDRESS [aead]");
  with_aead = count > 4;
  tun = open("/dev/net/tun", O_RDWR);
  struct ifreq request = {.ifr_flags = IFF_TUN | IFF_NO_PI | IFF_VNET_HDR};
  strncpy(request.ifr_name, words[1], IFNAMSIZ - 1);
  if (tun < 0 || ioctl(tun, TUNSETIFF, &request) || ioctl(tun, TUNSETOFFLOAD, TUN_F_CSUM | TUN_F_TSO4 | TUN_F_TSO6))
    err(1, "%s", words[1]);

  int on = 1, room = 7 << 20;
  sock = socket(AF_INET, SOCK_DGRAM, 0);
  setsockopt(sock, SOL_SOCKET, SO_RCVBUFFORCE, &room, sizeof room);
  setsockopt(sock, SOL_SOCKET, SO_SNDBUFFORCE, &room, sizeof room);
  setsockopt(sock, IPPROTO_UDP, UDP_GRO, &on, sizeof on);
  struct sockaddr_in own = {.sin_family = AF_INET, .sin_port = htons(51820)};
  peer.sin_port = own.sin_port;
  if (inet_pton(AF_INET, words[2], &own.sin_addr) != 1 || inet_pton(AF_INET, words[3], &peer.sin_addr) != 1)
    errx(2, "not IPv4 addresses: %s, %s", words[2], words[3]);
  if (bind(sock, (struct sockaddr *)&own, sizeof own))
    err(1, "bind");

  pthread_t threads[2];
  pthread_create(&threads[0], NULL, tun_to_wire, NULL);
  pthread_create(&threads[1], NULL, wire_to_tun, NULL);
  pthread_join(threads[0], NULL);
}
